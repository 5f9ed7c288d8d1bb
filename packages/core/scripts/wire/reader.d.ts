export declare class Reader {
  constructor(buffer: Uint8Array)
  buf: Uint8Array
  pos: number
  len: number
  tag(): number
  uint32(): number
  int32(): number
  sint32(): number
  bool(): boolean
  fixed32(): number
  float(): number
  double(): number
  uint64(): number
  int64(): number
  sint64(): number
  stringVerify(): string
  skipType(wireType: number, depth?: number, fieldNumber?: number): this
}
