// protobufjs then reads 64-bit integers as numbers.
module.exports = undefined
