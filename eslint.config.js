import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './ui/svelte.config.js';

const features = [
  'drop',
  'firstrun',
  'home',
  'music',
  'network',
  'photos',
  'player',
  'search',
  'settings',
  'sharing',
  'title',
  'transfers',
  'watch',
];
const tauri = {
  group: ['@tauri-apps/*'],
  message: 'Only platform/tauri.ts may talk to the desktop shell.',
};
const upwards = {
  group: ['$/app/*', '**/app/*'],
  message: 'Dependencies point down: app knows the features, never the other way round.',
};

export default ts.config(
  { ignores: ['ui/dist/**', 'ui/src/bindings/**', 'node_modules/**', 'target/**'] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      // In markup the parser sees the props of a component as `any`; svelte-check, which
      // sees their types, checks these places.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      'no-console': 'error',
      'no-undef': 'off',
      'no-restricted-imports': ['error', { patterns: [tauri] }],
      'svelte/no-navigation-without-resolve': 'off',
      // Values that never drive a template need no reactive twin.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-at-html-tags': 'error',
      'svelte/button-has-type': 'error',
    },
  },
  {
    files: ['ui/src/{components,lib,i18n}/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [tauri, upwards, { group: ['$/features/*', '**/features/*'] }] },
      ],
    },
  },
  // A feature never imports another feature: what two of them need is a component or lib.
  ...features.map((name) => ({
    files: [`ui/src/features/${name}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            tauri,
            upwards,
            {
              group: features
                .filter((other) => other !== name)
                .map((other) => `**/features/${other}/**`),
            },
          ],
        },
      ],
    },
  })),
  { files: ['ui/src/platform/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [ts.configs.disableTypeChecked],
  },
);
