export {
  compare,
  toleranceOf,
  ulpDistance,
  type Difference,
  type Tolerance,
  type Values,
} from '@dotplus/inspect'
