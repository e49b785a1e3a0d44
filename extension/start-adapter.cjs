/*
 * The debug adapter's process. VS Code's desktop build starts it by require(), which takes no ES module in older
 * versions; the bundle is one.
 */
import("../dist/ringscope.js").catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
