/** rclone, the newest and the one that Debian has had since 2022. */
import { clientSuite } from './installed.ts'
import { rcloneTests } from './rclone-tests.ts'

clientSuite('rclone', rcloneTests)
clientSuite('rclone-debian', rcloneTests)
