import { contestants } from '../contestants/index.ts'
import { coldStart, type ColdStart } from '../measure/cold-start.ts'
import { engineFigures, type EngineFigures } from '../measure/engine.ts'
import { runModel, type ModelResult, type TimedEnvironment } from '../measure/model-run.ts'
import type { HostRequest } from './host.ts'

/** Does in a process or page what its host asks for. */
export function answer(
  request: HostRequest,
  environment: TimedEnvironment,
): Promise<ModelResult | ColdStart | EngineFigures> {
  if (request.kind === 'inspect')
    return engineFigures(request.model, request.precision, environment)
  if (request.kind === 'cold-start') {
    const contestant = contestants.find(({ id }) => id === request.contestant)
    if (!contestant) throw new RangeError(`no contestant ${request.contestant}`)
    return coldStart(request.model, contestant, environment)
  }
  const chosen = contestants.filter(({ id }) => request.contestants.includes(id))
  return runModel(request.model, chosen, environment, request.settings)
}
