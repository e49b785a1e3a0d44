import { hex32 } from "../values/hex";

/** Names of the error numbers that hypercalls return (public/errno.h). */
const ERRNO: Readonly<Record<number, string>> = {
  1: "EPERM",
  2: "ENOENT",
  3: "ESRCH",
  4: "EINTR",
  5: "EIO",
  6: "ENXIO",
  7: "E2BIG",
  8: "ENOEXEC",
  9: "EBADF",
  10: "ECHILD",
  11: "EAGAIN",
  12: "ENOMEM",
  13: "EACCES",
  14: "EFAULT",
  16: "EBUSY",
  17: "EEXIST",
  18: "EXDEV",
  19: "ENODEV",
  20: "ENOTDIR",
  21: "EISDIR",
  22: "EINVAL",
  23: "ENFILE",
  24: "EMFILE",
  28: "ENOSPC",
  30: "EROFS",
  31: "EMLINK",
  33: "EDOM",
  34: "ERANGE",
  35: "EDEADLK",
  36: "ENAMETOOLONG",
  38: "ENOSYS",
  39: "ENOTEMPTY",
  61: "ENODATA",
  62: "ETIME",
  74: "EBADMSG",
  75: "EOVERFLOW",
  84: "EILSEQ",
  85: "ERESTART",
  88: "ENOTSOCK",
  95: "EOPNOTSUPP",
  98: "EADDRINUSE",
  99: "EADDRNOTAVAIL",
  105: "ENOBUFS",
  106: "EISCONN",
  107: "ENOTCONN",
  110: "ETIMEDOUT",
};

/** Results in the last page of the number space are negated error numbers. */
const MAX_ERRNO = 4095;

export function isErrno(result: number): boolean {
  const signed = result | 0;
  return signed < 0 && signed >= -MAX_ERRNO;
}

/** `14`, `-22 EINVAL`, or hexadecimal for a number that is neither an error nor small. */
export function formatResult(result: number): string {
  const signed = result | 0;
  if (isErrno(result)) return ERRNO[-signed] === undefined ? String(signed) : `${signed} ${ERRNO[-signed]}`;
  return signed >= 0 && signed < 65536 ? String(signed) : hex32(result);
}
