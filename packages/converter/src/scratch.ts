/** Room for bytes that are too many to be kept in memory, such as a file that its owner removes afterwards. */
export interface Scratch {
  /** Appends bytes. */
  write(bytes: Uint8Array): Promise<void>
  /** What was written, from `start` (inclusive) to `end` (exclusive). */
  read(start: number, end: number): Promise<Uint8Array>
}

/** Makes room for a file that lies compressed inside another one. */
export type OpenScratch = () => Promise<Scratch>
