/**
 * The strings of one call, by handle: what lies in the kernel's memory for an element of a string tensor. Equal strings
 * have equal handles, so moving and comparing them is work on 32-bit words. Handle 0 is the empty string.
 */
export class StringPool {
  #strings: string[] = ['']
  #handles = new Map<string, number>([['', 0]])

  handle(text: string): number {
    const known = this.#handles.get(text)
    if (known !== undefined) return known
    const handle = this.#strings.push(text) - 1
    this.#handles.set(text, handle)
    return handle
  }

  text(handle: number): string {
    return this.#strings[handle] ?? ''
  }

  clear(): void {
    if (this.#strings.length === 1) return
    this.#strings = ['']
    this.#handles = new Map([['', 0]])
  }
}
