/** How a blob's file is made: its name must be free, and it belongs to the server's user alone. */
import { constants } from 'node:fs'

export const newFileFlags: number = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
export const newFileMode = 0o600
