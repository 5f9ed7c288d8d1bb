import { DotplusError, FormatError, UnsupportedError } from '@dotplus/core'
import { allowedExpansion, Budget } from './budget.ts'
import { Cursor } from './cursor.ts'
import type { ArrayPlace } from './numpy-dtype.ts'
import {
  build,
  reduce,
  resolveGlobal,
  type Global,
  type PendingArray,
  type PendingDtype,
} from './pickle-numpy.ts'
import { opcodeName, opcodes as op } from './pickle-opcodes.ts'
import { resolvePending } from './pickle-resolve.ts'
import { narrow, rawUnicode, unquote } from './pickle-text.ts'
import { Tuple, type PickleValue } from './pickle-values.ts'

export {
  ObjectArray,
  PickledArray,
  Tuple,
  type PickleDict,
  type PickleValue,
} from './pickle-values.ts'

const highestProtocol = 5
/** Python integers wider than this are no shapes, counts or seeds. */
const maximumIntegerBytes = 64
/** Memory one list, tuple, dict, mark or memo entry takes in this process, roughly; a file may hold one in a byte. */
const containerBytes = 128

/** What the machine's stack holds; a memo entry is the same object, never a copy. */
type StackItem = PickleValue | Global | PendingDtype | PendingArray

export interface PickleOptions {
  /** File name for errors. */
  readonly file: string
  /** Offset of the pickle in that file. */
  readonly offset?: number
}

/**
 * Reads a pickle (protocols 0 to 5) that holds NumPy arrays and scalars, lists, tuples, dicts, text, bytes, numbers,
 * booleans and None. Nothing is executed and no class is looked up: the few NumPy functions such a pickle names are
 * rebuilt here, any other global is refused by name.
 *
 * @throws {FormatError} when the bytes are damaged or cut off
 * @throws {UnsupportedError} naming the global, class or opcode that is refused
 * @see https://peps.python.org/pep-0574/
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions): PickleValue {
  const machine = new Machine(bytes, options)
  try {
    return resolvePending(machine.run(), options.file)
  } catch (error) {
    if (error instanceof DotplusError) throw error
    throw new FormatError('the pickle is damaged', {
      file: options.file,
      place: machine.place,
      cause: error,
    })
  }
}

class Machine {
  readonly #cursor: Cursor
  readonly #file: string
  readonly #budget: Budget
  #stack: StackItem[] = []
  /** Stacks below each open MARK. */
  readonly #marks: StackItem[][] = []
  readonly #memo = new Map<number, StackItem>()

  constructor(bytes: Uint8Array, { file, offset = 0 }: PickleOptions) {
    this.#cursor = new Cursor(bytes, { file, what: 'the pickle', offset })
    this.#file = file
    this.#budget = new Budget(file, allowedExpansion(bytes.byteLength))
  }

  get place(): string {
    return `byte ${this.#cursor.origin.offset + this.#cursor.position}`
  }

  run(): StackItem {
    for (;;) {
      const code = this.#cursor.uint8()
      if (code === op.STOP) return this.#pop()
      this.#step(code)
    }
  }

  #where(): ArrayPlace {
    return { file: this.#file, place: this.place }
  }

  #damaged(problem: string): FormatError {
    return new FormatError(`the pickle is damaged: ${problem}`, {
      file: this.#file,
      place: this.place,
    })
  }

  #push(item: StackItem): void {
    this.#budget.take(typeof item === 'object' ? containerBytes : 8, this.place)
    this.#stack.push(item)
  }

  #pop(): StackItem {
    const item = this.#stack.pop()
    if (item === undefined) throw this.#damaged('its stack is empty')
    return item
  }

  #top(): StackItem {
    const item = this.#stack.at(-1)
    if (item === undefined) throw this.#damaged('its stack is empty')
    return item
  }

  /** The items pushed since the last MARK. */
  #popMark(): StackItem[] {
    const items = this.#stack
    const below = this.#marks.pop()
    if (!below) throw this.#damaged('no MARK is open')
    this.#stack = below
    return items
  }

  #popTuple(count: number): void {
    const items: StackItem[] = []
    for (let i = 0; i < count; i++) items.unshift(this.#pop())
    this.#push(new Tuple(items as PickleValue[]))
  }

  #line(): string {
    return new TextDecoder('latin1').decode(this.#cursor.takeUntil(0x0a)).replace(/\r$/, '')
  }

  #text(length: number): string {
    const bytes = this.#cursor.take(length)
    this.#budget.take(length, this.place)
    return new TextDecoder().decode(bytes)
  }

  #latin1(length: number): string {
    const bytes = this.#cursor.take(length)
    this.#budget.take(length, this.place)
    let text = ''
    for (let start = 0; start < length; start += 4096) {
      text += String.fromCharCode(...bytes.subarray(start, start + 4096))
    }
    return text
  }

  #memoize(index: number): void {
    this.#budget.take(containerBytes, this.place)
    this.#memo.set(index, this.#top())
  }

  #recall(index: number): void {
    const item = this.#memo.get(index)
    if (item === undefined) throw this.#damaged(`memo ${index} is empty`)
    this.#push(item)
  }

  #append(items: readonly StackItem[]): void {
    const list = this.#top()
    if (!Array.isArray(list)) throw this.#damaged('APPEND to something that is no list')
    for (const item of items) list.push(item as PickleValue)
  }

  #setItems(items: readonly StackItem[]): void {
    const dict = this.#top()
    if (!(dict instanceof Map)) throw this.#damaged('SETITEM of something that is no dict')
    if (items.length % 2 !== 0) throw this.#damaged('a dict key without a value')
    for (let i = 0; i < items.length; i += 2)
      dict.set(items[i] as PickleValue, items[i + 1] as PickleValue)
  }

  /** A Python integer: little-endian two's complement. */
  #integer(length: number): number | bigint {
    if (length > maximumIntegerBytes) throw this.#damaged(`an integer of ${length} bytes`)
    let value = 0n
    const bytes = this.#cursor.take(length)
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number)
    if (length > 0 && (bytes[length - 1] as number) >= 0x80) value -= 1n << BigInt(8 * length)
    return narrow(value)
  }

  #refuse(what: string): UnsupportedError {
    return new UnsupportedError('the pickle makes objects that are no NumPy arrays', {
      ...this.#where(),
      expected: 'arrays, lists, tuples and dicts only',
      got: what,
      hint: 'Nothing was executed. Save the arrays with np.savez or model.save instead',
    })
  }

  #step(code: number): void {
    const cursor = this.#cursor
    switch (code) {
      case op.PROTO: {
        const protocol = cursor.uint8()
        if (protocol > highestProtocol)
          throw this.#damaged(`protocol ${protocol}, expected at most ${highestProtocol}`)
        return
      }
      case op.FRAME:
        cursor.advance(8)
        return
      case op.MARK:
        this.#budget.take(containerBytes, this.place)
        this.#marks.push(this.#stack)
        this.#stack = []
        return
      case op.POP:
        if (this.#stack.length === 0 && this.#marks.length > 0) this.#popMark()
        else this.#pop()
        return
      case op.POP_MARK:
        this.#popMark()
        return
      case op.DUP:
        return this.#push(this.#top())
      case op.NONE:
        return this.#push(null)
      case op.NEWTRUE:
        return this.#push(true)
      case op.NEWFALSE:
        return this.#push(false)
      case op.INT: {
        const line = this.#line()
        if (line === '00' || line === '01') return this.#push(line === '01')
        return this.#push(this.#decimal(line))
      }
      case op.LONG:
        return this.#push(this.#decimal(this.#line().replace(/L$/, '')))
      case op.BININT:
        return this.#push(cursor.int32())
      case op.BININT1:
        return this.#push(cursor.uint8())
      case op.BININT2:
        return this.#push(cursor.uint16())
      case op.LONG1:
        return this.#push(this.#integer(cursor.uint8()))
      case op.LONG4:
        return this.#push(this.#integer(cursor.uint32()))
      case op.FLOAT: {
        const line = this.#line()
        const special: Readonly<Record<string, number>> = {
          inf: Infinity,
          '-inf': -Infinity,
          nan: Number.NaN,
        }
        return this.#push(special[line] ?? Number(line))
      }
      case op.BINFLOAT:
        return this.#push(cursor.float64(false))
      case op.STRING:
        return this.#push(unquote(this.#line()))
      case op.BINSTRING:
        return this.#push(this.#latin1(cursor.uint32()))
      case op.SHORT_BINSTRING:
        return this.#push(this.#latin1(cursor.uint8()))
      case op.UNICODE:
        return this.#push(rawUnicode(this.#line()))
      case op.SHORT_BINUNICODE:
        return this.#push(this.#text(cursor.uint8()))
      case op.BINUNICODE:
        return this.#push(this.#text(cursor.uint32()))
      case op.BINUNICODE8:
        return this.#push(this.#text(cursor.uint(8)))
      case op.SHORT_BINBYTES:
        return this.#push(cursor.take(cursor.uint8()))
      case op.BINBYTES:
        return this.#push(cursor.take(cursor.uint32()))
      case op.BINBYTES8:
      case op.BYTEARRAY8:
        return this.#push(cursor.take(cursor.uint(8)))
      case op.EMPTY_LIST:
        return this.#push([])
      case op.LIST:
        return this.#push(this.#popMark() as PickleValue[])
      case op.APPEND:
        return this.#append([this.#pop()])
      case op.APPENDS:
        return this.#append(this.#popMark())
      case op.EMPTY_TUPLE:
        return this.#popTuple(0)
      case op.TUPLE1:
        return this.#popTuple(1)
      case op.TUPLE2:
        return this.#popTuple(2)
      case op.TUPLE3:
        return this.#popTuple(3)
      case op.TUPLE:
        return this.#push(new Tuple(this.#popMark() as PickleValue[]))
      case op.EMPTY_DICT:
        return this.#push(new Map())
      case op.DICT: {
        const items = this.#popMark()
        this.#push(new Map())
        return this.#setItems(items)
      }
      case op.SETITEM: {
        const value = this.#pop()
        return this.#setItems([this.#pop(), value])
      }
      case op.SETITEMS:
        return this.#setItems(this.#popMark())
      case op.PUT:
        return this.#memoize(Number(this.#line()))
      case op.BINPUT:
        return this.#memoize(cursor.uint8())
      case op.LONG_BINPUT:
        return this.#memoize(cursor.uint32())
      case op.MEMOIZE:
        return this.#memoize(this.#memo.size)
      case op.GET:
        return this.#recall(Number(this.#line()))
      case op.BINGET:
        return this.#recall(cursor.uint8())
      case op.LONG_BINGET:
        return this.#recall(cursor.uint32())
      case op.GLOBAL:
        return this.#push(resolveGlobal(this.#line(), this.#line(), this.#where()))
      case op.STACK_GLOBAL: {
        const name = this.#pop()
        const module = this.#pop()
        if (typeof module !== 'string' || typeof name !== 'string')
          throw this.#damaged('STACK_GLOBAL without names')
        return this.#push(resolveGlobal(module, name, this.#where()))
      }
      case op.INST:
        // Names the class it wants to make; no class is allowed.
        throw this.#refuse(`${this.#line()}.${this.#line()}`)
      case op.REDUCE: {
        const args = this.#pop()
        return this.#push(reduce(this.#pop(), args, this.#budget, this.#where()))
      }
      case op.BUILD: {
        const state = this.#pop()
        return build(this.#top(), state, this.#budget, this.#where())
      }
      case op.OBJ:
      case op.NEWOBJ:
      case op.NEWOBJ_EX:
      case op.EXT1:
      case op.EXT2:
      case op.EXT4:
      case op.PERSID:
      case op.BINPERSID:
      case op.NEXT_BUFFER:
      case op.READONLY_BUFFER:
      case op.EMPTY_SET:
      case op.ADDITEMS:
      case op.FROZENSET:
        throw this.#refuse(opcodeName(code))
      default:
        throw this.#damaged(`${opcodeName(code)} is no opcode`)
    }
  }

  #decimal(line: string): number | bigint {
    if (line.length > 150 || !/^[+-]?\d+$/.test(line)) throw this.#damaged('a number that is none')
    return narrow(BigInt(line))
  }
}
