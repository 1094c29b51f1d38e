/** Mounts that go with the process that made them, however it ends. */
import { spawn } from 'node:child_process'

/** Its input ends with that process. What that has put away by then is not there any more. */
const putAway = `
: "\${FOLDER:?}"
cat
for file in $(grep -lsF -e "--data=$FOLDER/" /proc/[0-9]*/cmdline); do
  process=\${file%/cmdline}
  kill -9 "\${process#/proc/}"
done
awk -v folder="$FOLDER" '$2 == folder || index($2, folder "/") == 1 { print $2 }' /proc/mounts | tac |
  while read -r mounted; do umount -l "$mounted"; done
rm -rf "$FOLDER"
`

/**
 * Has somebody wait for the end of this process, who then ends the servers whose data lie under `folder`, unmounts what is mounted
 * there and removes it. Linux only.
 */
export function putAwayAtEnd(folder: string): void {
  const waiting = spawn('sh', ['-c', putAway], {
    // Neither an interrupt at the keyboard nor the end of a group of processes is meant for it.
    detached: true,
    env: { ...process.env, FOLDER: folder },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  waiting.unref()
}
