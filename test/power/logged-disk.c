/*
 * A disk that writes down what it is asked: it serves one file over FUSE, which a loop device can stand on. Every write and
 * every flush goes into a log in the order in which the disk took it, and the bytes into a file beside, so that both can be
 * compared at the end. How an entry looks is said in blocks.ts.
 *
 * disk STORE LOG MOUNTPOINT: the first and the last are files that are there; ends when MOUNTPOINT is unmounted. One thread,
 * so that a write that was taken before a flush is covered by it. It speaks to the kernel itself and needs no library.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, FLUSH };
enum { WRITE_MAX = 1 << 20, PAGE = 4096 };

struct entry { uint64_t at; uint32_t size, kind; };

static int store, log_fd, kernel;
static char request[WRITE_MAX + 2 * PAGE], answer[WRITE_MAX];

static void fail(const char *what) { perror(what); exit(1); }

static void reply(uint64_t unique, int error, const void *data, size_t size) {
  struct fuse_out_header head = { (uint32_t)(sizeof head + size), -error, unique };
  struct iovec both[2] = { { &head, sizeof head }, { (void *)data, size } };
  if (writev(kernel, both, 2) < 0 && errno != ENOENT && errno != ENODEV) fail("reply");
}

static void note(uint64_t at, const void *data, uint32_t size, uint32_t kind) {
  struct entry head = { at, size, kind };
  struct iovec both[2] = { { &head, sizeof head }, { (void *)data, size } };
  if (writev(log_fd, both, 2) != (ssize_t)(sizeof head + size)) fail("log");
}

static void init(const struct fuse_in_header *head, const struct fuse_init_in *asked) {
  struct fuse_init_out out = { .major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION };
  out.max_readahead = asked->max_readahead;
  out.flags = asked->flags & (FUSE_BIG_WRITES | FUSE_MAX_PAGES);
  out.max_write = WRITE_MAX;
  out.max_pages = WRITE_MAX / PAGE;
  reply(head->unique, 0, &out, sizeof out);
}

static void attributes(const struct fuse_in_header *head) {
  struct stat about;
  if (fstat(store, &about) != 0) fail("store");
  struct fuse_attr_out out = { .attr_valid = 3600 };
  out.attr.ino = FUSE_ROOT_ID;
  out.attr.size = (uint64_t)about.st_size;
  out.attr.blocks = (uint64_t)about.st_size / 512;
  out.attr.mode = S_IFREG | 0600;
  out.attr.nlink = 1;
  reply(head->unique, 0, &out, sizeof out);
}

static void take(const struct fuse_in_header *head, const struct fuse_write_in *asked) {
  const char *data = (const char *)(asked + 1);
  note(asked->offset, data, asked->size, WRITE);
  if (pwrite(store, data, asked->size, (off_t)asked->offset) != (ssize_t)asked->size) fail("store");
  struct fuse_write_out out = { .size = asked->size };
  reply(head->unique, 0, &out, sizeof out);
}

static void give(const struct fuse_in_header *head, const struct fuse_read_in *asked) {
  ssize_t size = pread(store, answer, asked->size, (off_t)asked->offset);
  if (size < 0) reply(head->unique, errno, NULL, 0);
  else reply(head->unique, 0, answer, (size_t)size);
}

static void serve(void) {
  const struct fuse_in_header *head = (const void *)request;
  const void *asked = request + sizeof *head;
  static const struct fuse_open_out opened = { .open_flags = FOPEN_KEEP_CACHE };
  switch (head->opcode) {
    case FUSE_INIT: return init(head, asked);
    case FUSE_GETATTR:
    case FUSE_SETATTR: return attributes(head);
    case FUSE_OPEN: return reply(head->unique, 0, &opened, sizeof opened);
    case FUSE_READ: return give(head, asked);
    case FUSE_WRITE: return take(head, asked);
    case FUSE_FSYNC:
      note(0, NULL, 0, FLUSH);
      return reply(head->unique, 0, NULL, 0);
    case FUSE_FLUSH:
    case FUSE_RELEASE: return reply(head->unique, 0, NULL, 0);
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT: return;
    default: return reply(head->unique, ENOSYS, NULL, 0);
  }
}

int main(int count, char **words) {
  if (count != 4) return 2;
  store = open(words[1], O_RDWR | O_CLOEXEC);
  log_fd = open(words[2], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  kernel = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (store < 0 || log_fd < 0 || kernel < 0) fail("open");
  char options[128];
  snprintf(options, sizeof options, "fd=%d,rootmode=100600,user_id=0,group_id=0,allow_other", kernel);
  if (mount("ashlar-power", words[3], "fuse", MS_NOSUID | MS_NODEV, options) != 0) fail("mount");
  for (;;) {
    ssize_t size = read(kernel, request, sizeof request);
    if (size >= 0) serve();
    else if (errno == ENODEV) return 0;
    else if (errno != EINTR && errno != EAGAIN && errno != ENOENT) fail("read");
  }
}
