/*
 * processor-time COMMAND ARGUMENTS: runs a command and writes, when it has ended,
 * one line to descriptor 3: seconds of user time, of system time, and the largest
 * resident set (in KiB on Linux), of the whole process with all its threads. The status is
 * the command's own; 127 when it cannot start, 128 + N after signal N.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPORT 3

static double seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv) {
  struct rusage usage;
  pid_t child;
  int status;

  if (argc < 2) return 127;
  fcntl(REPORT, F_SETFD, FD_CLOEXEC);
  child = fork();
  if (child == 0) {
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return 127;
  dprintf(REPORT, "%.6f %.6f %ld\n", seconds(usage.ru_utime), seconds(usage.ru_stime), usage.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
