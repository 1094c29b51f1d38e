/** What the machine itself can do: the disk with its syncs, the loopback, the hash functions of one core. */
import { createHash, randomBytes } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { mebibyte } from '../src/base/limits.ts'

const secondsEach = 2

/** 1 MiB writes of fresh bytes, one fdatasync for each 8 MiB, in MB/s (1e6 bytes). */
export async function diskMegabytesPerSecond(folder: string): Promise<number> {
  const piece = randomBytes(mebibyte)
  return await written(folder, { piece, writesPerSync: 8, unit: 1e6 / mebibyte })
}

/** Appends of 4 KiB with one fdatasync each, per second, one after another. */
export async function syncsPerSecond(folder: string): Promise<number> {
  return await written(folder, { piece: randomBytes(4096), writesPerSync: 1, unit: 1 })
}

interface Writes {
  readonly piece: Uint8Array
  readonly writesPerSync: number
  /** Writes that count as one. */
  readonly unit: number
}

async function written(folder: string, { piece, writesPerSync, unit }: Writes): Promise<number> {
  const path = join(folder, `limit-${process.pid}`)
  const file = await open(path, 'wx')
  try {
    let writes = 0
    const begun = performance.now()
    while (performance.now() - begun < secondsEach * 1000) {
      for (let at = 0; at < writesPerSync; at++) await file.write(piece)
      await file.datasync()
      writes += writesPerSync
    }
    return writes / unit / ((performance.now() - begun) / 1000)
  } finally {
    await file.close()
    await rm(path)
  }
}

/** Seconds that one core takes for a gigabyte (1e9 bytes) in pieces of 1 MiB. */
export function hashSecondsPerGigabyte(algorithm: 'md5' | 'sha256'): number {
  const piece = randomBytes(mebibyte)
  const hash = createHash(algorithm)
  const begun = process.cpuUsage()
  for (let at = 0; at < 512; at++) hash.update(piece)
  hash.digest()
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1e6 / ((512 * mebibyte) / 1e9)
}

/** One connection over loopback, both ends in this process, in MB/s. */
export async function loopbackMegabytesPerSecond(): Promise<number> {
  const piece = randomBytes(mebibyte)
  let receivedBytes = 0
  const server = createServer((socket) => {
    socket.on('data', (bytes) => (receivedBytes += bytes.length))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a listener has a port')
  const socket = connect(address.port, '127.0.0.1')
  await once(socket, 'connect')
  const begun = performance.now()
  while (performance.now() - begun < secondsEach * 1000) {
    if (!socket.write(piece)) await once(socket, 'drain')
  }
  const speed = receivedBytes / 1e6 / ((performance.now() - begun) / 1000)
  socket.destroy()
  server.close()
  return speed
}
