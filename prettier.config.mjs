/** Layout of every TypeScript and JavaScript file; `npm run format` writes it, `npm run check:format` proves it. */
export default { printWidth: 120 };
