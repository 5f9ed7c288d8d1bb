import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,apps,tools}/*/src/**/*.test.ts'],
    environment: 'node',
    testTimeout: 30_000,
    // A test that forgets its assertion, or is focused by accident, must not pass for the suite.
    expect: { requireAssertions: true },
    allowOnly: false,
  },
})
