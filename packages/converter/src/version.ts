/** Version of this package, as written to a model's provenance. A test keeps it equal to package.json. */
export const version = '0.0.0'
