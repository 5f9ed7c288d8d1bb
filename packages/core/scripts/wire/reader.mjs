import Reader from 'protobufjs/src/reader.js'

// There is no Buffer variant: it is the method that protobufjs would otherwise add with Node's Buffer.
Reader._configure({ _configure() {} })
export { Reader }
