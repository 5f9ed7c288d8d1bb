/** Larger inputs are not made. */
export const inputCapacity = 4 * 1024 * 1024
