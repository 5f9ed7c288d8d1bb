export declare class Writer {
  uint32(value: number): this
  int32(value: number): this
  sint32(value: number): this
  bool(value: boolean): this
  fixed32(value: number): this
  float(value: number): this
  double(value: number): this
  uint64(value: number): this
  int64(value: number): this
  sint64(value: number): this
  bytes(value: Uint8Array): this
  string(value: string): this
  raw(value: Uint8Array): this
  fork(): this
  ldelim(): this
  finish(): Uint8Array
}
