import { describe, expect, it } from 'vitest';
import { countReport } from '../../scripts/test/vitest.mjs';

const file = (status: string, ...tests: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((result, index) => ({ status: result, fullName: `test ${index}` })),
});

describe('counting a test report', () => {
  it('sums over files, with every kind of not run as skipped', () => {
    const count = countReport({ testResults: [file('passed', 'passed', 'passed', 'pending'), file('failed', 'failed', 'passed', 'skipped', 'todo')] });
    expect(count).toEqual({ passed: 3, failed: 1, skipped: 3, failures: ['test 0'] });
  });

  it('counts a file that could not be loaded as a failure', () => {
    expect(countReport({ testResults: [file('failed')] })).toEqual({ passed: 0, failed: 1, skipped: 0, failures: ['a.test.ts did not run'] });
  });
});
