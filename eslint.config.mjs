import js from "@eslint/js";
import tseslint from "typescript-eslint";

const MAX_FILE_LINES = 600;
const MAX_FUNCTION_LINES = 100;

/** What the build scripts use of Node without an import. */
const NODE_GLOBALS = [
  "Buffer",
  "URL",
  "WebAssembly",
  "__dirname",
  "clearInterval",
  "clearTimeout",
  "console",
  "fetch",
  "performance",
  "process",
  "setInterval",
  "setTimeout",
];

/** typescript-eslint's strict rules, and those of its type-aware rules that find bugs rather than taste. */
const typeAware = {
  "@typescript-eslint/await-thenable": "error",
  "@typescript-eslint/no-array-delete": "error",
  "@typescript-eslint/no-base-to-string": "error",
  "@typescript-eslint/no-floating-promises": "error",
  "@typescript-eslint/no-for-in-array": "error",
  "@typescript-eslint/no-implied-eval": "error",
  "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
  "@typescript-eslint/no-unnecessary-type-assertion": "error",
  "@typescript-eslint/no-unsafe-argument": "error",
  "@typescript-eslint/no-unsafe-assignment": "error",
  "@typescript-eslint/no-unsafe-call": "error",
  "@typescript-eslint/no-unsafe-member-access": "error",
  "@typescript-eslint/no-unsafe-return": "error",
  "@typescript-eslint/only-throw-error": "error",
  "@typescript-eslint/prefer-promise-reject-errors": "error",
  "@typescript-eslint/require-await": "error",
  "@typescript-eslint/restrict-plus-operands": "error",
  "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
};

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", ".cache/", ".vscode-test/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strict],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["*.ts"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      ...typeAware,
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/prefer-literal-enum-member": ["error", { allowBitwiseExpressions: true }],
      // Namespaces declare the few WebAssembly members that the emulator sees.
      "@typescript-eslint/no-namespace": ["error", { allowDeclarations: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // tsc knows every name; the plain rule does not see types.
      "no-undef": "off",
    },
  },
  {
    rules: {
      eqeqeq: "error",
      "no-warning-comments": "error",
      "prefer-const": "error",
      "max-lines": ["error", MAX_FILE_LINES],
      "max-lines-per-function": ["error", MAX_FUNCTION_LINES],
    },
  },
  {
    // Declarations mirror what is declared, not our taste.
    files: ["**/*.d.ts"],
    rules: { "@typescript-eslint/no-extraneous-class": "off" },
  },
  {
    // A suite's `describe` holds all its tests.
    files: ["test/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    files: ["**/*.{mjs,cjs}"],
    languageOptions: {
      globals: Object.fromEntries(NODE_GLOBALS.map((name) => [name, "readonly"])),
    },
    rules: { "no-unused-vars": ["error", { argsIgnorePattern: "^_" }] },
  },
  { linterOptions: { noInlineConfig: true } },
);
