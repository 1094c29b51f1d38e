/**
 * Imported first by the command line, for what it does: widens libuv's thread pool before its first use. Every fsync, read
 * and write of a file takes one of its threads, of which there are 4 by default, so that four slow syncs would stop all file I/O.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '24'
