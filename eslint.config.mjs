import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/** The window sees the contract only; dependency-cruiser checks the same for .ts files, but types in .svelte files escape it. */
const windowImports = {
  patterns: [
    { regex: '^#core/', message: "The renderer speaks the host's contract: import from '#host-client'." },
    { regex: '^(\\.\\./)+core/', message: "Enter core through '#host-client'." },
    { regex: '^(electron|node:.*)$', message: 'The renderer runs in a sandboxed page: no Node, no Electron.' },
  ],
};

export default ts.config(
  { ignores: ['dist/', 'release/', '.cache/', 'coverage/', 'test-results/', 'runs/', 'docs/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,mts,svelte,mjs,js}'],
    rules: {
      // TypeScript itself resolves names, in both worlds.
      'no-undef': 'off',
      'max-lines': ['error', { max: 500, skipBlankLines: false, skipComments: false }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'prefer-const': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false }],
    },
  },
  {
    // Promises nobody waits for hide errors: these rules need types.
    files: ['core/**/*.ts', 'electron/**/*.ts', 'tests/{core,electron,project}/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] }, globals: { ...globals.browser } },
    rules: {
      // `let { a, b = $bindable() } = $props()` cannot be split.
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { destructuring: 'all', excludedRunes: ['$props', '$derived'] }],
    },
  },
  { files: ['renderer/**/*.{ts,svelte}'], rules: { '@typescript-eslint/no-restricted-imports': ['error', windowImports] } },
  { files: ['scripts/**/*.mjs', 'bin/**/*.mjs', '*.mjs'], languageOptions: { globals: { ...globals.node } } },
);
