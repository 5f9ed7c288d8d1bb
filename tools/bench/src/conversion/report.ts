import { readFile, writeFile } from 'node:fs/promises'
import { machineLine, type Machine } from '../machine.ts'
import { markdownTable, withSection } from '../report/markdown.ts'
import type { Table } from '../report/table.ts'
import type { ConversionTimes } from './measure.ts'

const START =
  '<!-- bench: made by `node tools/bench/dist/conversion/main.js --write-docs`, do not edit -->'
const END = '<!-- /bench: conversion -->'

/** What a conversion may take in Node, in milliseconds, by the name of the model. */
const bounds: Readonly<Record<string, number>> = { MobileNetV2: 500, ResNet50: 2000 }
/** How much longer it may take in Chromium. */
const chromiumRatio = 2

export function conversionTable({ files }: ConversionTimes): Table {
  const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(2)
  return {
    title: 'From a Keras file to a `.dotplus` file, s',
    header: [
      '',
      'MB',
      'keras.models.load_model',
      'Node',
      'Chromium, dropped',
      'Chromium / Node',
      'dotplus convert',
      'same bytes',
    ],
    rows: files.map((file) => [
      file.name,
      (file.byteLength / 1e6).toFixed(1),
      seconds(file.keras),
      seconds(file.node),
      seconds(file.chromium),
      `${(file.chromium / file.node).toFixed(2)}×`,
      seconds(file.command),
      file.sameBytes ? 'yes' : 'no',
    ]),
    notes: [],
  }
}

/** What the numbers mean, for people who read nothing but the report. */
export function explanation({ kerasVersion, runs, files }: ConversionTimes): string {
  const imports = files.map(({ kerasImport }) => kerasImport / 1000)
  return (
    `Medians of ${runs}, each in a process or page of its own, everybody in turns. Keras ${kerasVersion} on TensorFlow, ` +
    `without the ${Math.min(...imports).toFixed(1)} to ${Math.max(...imports).toFixed(1)} s that its import takes; Node ` +
    `${process.version} and Chromium from the file to the bytes of the \`.dotplus\` file; \`dotplus convert\` from the ` +
    'start of the process to its end. Random weights.'
  )
}

/** What is over its bound, in words; nothing where all is well. */
export function overruns({ files }: ConversionTimes): string[] {
  return files.flatMap(({ name, node, chromium, sameBytes }) => {
    const bound = bounds[name.replace(/\..*/, '')] ?? Infinity
    return [
      ...(node > bound ? [`${name}: ${Math.round(node)} ms in Node, at most ${bound}`] : []),
      ...(chromium > chromiumRatio * node
        ? [
            `${name}: ${(chromium / node).toFixed(2)}× of Node in Chromium, at most ${chromiumRatio}×`,
          ]
        : []),
      ...(sameBytes ? [] : [`${name}: Node and Chromium gave different bytes`]),
    ]
  })
}

/** Replaces the section of the page, or appends it. */
export async function writeIntoPage(
  file: string,
  machine: Machine,
  times: ConversionTimes,
): Promise<void> {
  const table = conversionTable(times)
  const section = [
    `## ${table.title}`,
    `Measured on ${machineLine(machine)}; ${new Date().toISOString().slice(0, 10)}.`,
    markdownTable(table),
    explanation(times),
  ].join('\n\n')
  await writeFile(file, withSection(await readFile(file, 'utf8'), START, END, section))
}
