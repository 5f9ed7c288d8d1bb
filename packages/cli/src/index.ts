export { compare, type Difference, type Values } from './verify/compare.ts'
export { toleranceOf, type Tolerance } from './verify/tolerance.ts'
export { ulpDistance } from './verify/ulp.ts'
