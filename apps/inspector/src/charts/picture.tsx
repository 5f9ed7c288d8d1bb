import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Picture } from '../engine/protocol.ts'

/** Values as an image: blue below zero, orange above; grey levels where nothing is below. */
export function PictureView({ picture, label }: { picture: Picture; label: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { width, height, values, signed } = picture
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const image = context.createImageData(width, height)
    for (const [i, value] of values.entries()) {
      const size = Math.min(1, Math.abs(value))
      const at = i * 4
      if (!signed) image.data.set([size * 255, size * 255, size * 255, 255], at)
      else {
        const [red, green, blue] = value < 0 ? [33, 102, 172] : [214, 96, 20]
        const mixed = [red, green, blue].map((part) => 247 + ((part ?? 0) - 247) * size)
        image.data.set([...mixed, 255], at)
      }
    }
    context.putImageData(image, 0, 0)
  }, [picture])
  const scale = Math.max(1, Math.min(8, Math.floor(256 / Math.max(width, height))))
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      style={{ width: `${width * scale}px`, aspectRatio: `${width} / ${height}` }}
      role="img"
      aria-label={label}
    />
  )
}
