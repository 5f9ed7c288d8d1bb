import Writer from 'protobufjs/src/writer.js'

Writer._configure({ _configure() {} })
export { Writer }
