/** Lines no longer than `width` with the indentation `left`; words are kept whole, line breaks are kept. */
export function wrapped(text: string, width: number, left: number): string[] {
  const room = Math.max(20, width - left)
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > room) {
        lines.push(line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    return [...lines, line].map((each) => (each === '' ? '' : ' '.repeat(left) + each))
  })
}

const labelWidth = 13

/** A line such as " Latency     min 1.2 …", which goes on below its text where the terminal is narrow. */
export function labelled(label: string, text: string, width: number): string[] {
  const [first = '', ...rest] = wrapped(text, width, labelWidth)
  return [` ${label}`.padEnd(labelWidth) + first.trimStart(), ...rest]
}
