import os from 'node:os'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
}

export function describeMachine(): Machine {
  const cpus = os.cpus()
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown CPU',
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release().split('-', 1)[0]} ${os.arch()}`,
  }
}

export function machineLine(machine: Machine): string {
  const { cpu, cores, memoryGiB, system } = machine
  return `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${memoryGiB} GiB, ${system}`
}
