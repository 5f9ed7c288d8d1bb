/**
 * "Conv2DTranspose" is "conv2d_transpose", "PReLU" is "p_re_lu", "package>Gate" is "gate":
 * keras.src.utils.naming.to_snake_case of the Python class.
 */
export function snakeCase(className: string): string {
  return className
    .slice(className.lastIndexOf('>') + 1)
    .replaceAll(/\W+/g, '')
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}
