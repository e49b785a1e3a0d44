#include "guest.h"

const char *errno_name(int error) {
  switch (-error) {
  case 0:
    return "done";
  case XEN_EPERM:
    return "EPERM";
  case XEN_ENOENT:
    return "ENOENT";
  case XEN_ESRCH:
    return "ESRCH";
  case XEN_ENOMEM:
    return "ENOMEM";
  case XEN_EACCES:
    return "EACCES";
  case XEN_EFAULT:
    return "EFAULT";
  case XEN_EBUSY:
    return "EBUSY";
  case XEN_EEXIST:
    return "EEXIST";
  case XEN_EINVAL:
    return "EINVAL";
  case XEN_ENOSPC:
    return "ENOSPC";
  case XEN_ENOSYS:
    return "ENOSYS";
  default:
    return "another error";
  }
}
