/** What records how a server changes its disk, and afterwards makes disks as a power cut may have left them. */

export interface Recorder {
  /** Why this machine cannot record so; undefined when it can. */
  readonly skipped: string | undefined
  begin(): Promise<Recording>
}

/** One life of a server, from an empty folder to its end. Places in the record only grow. */
export interface Recording extends AsyncDisposable {
  /** The folder of data that is recorded. */
  readonly data: string
  /** What the server needs to be recorded. */
  readonly env: Readonly<Record<string, string>>
  /** How long the record is at this moment. */
  place(): number
  /** Once the server has ended. */
  finish(): Promise<void>
  /** What may be left when the power fails at this place. Asked for with growing places. */
  image(cut: number): Promise<Image>
  /** What the record missed. Asked for last. */
  missed(): Promise<readonly string[]>
}

export interface Image {
  readonly data: string
  /** What became of what was not synced. */
  readonly fate: string
  /** Puts it away; says what was wrong with the disk itself. */
  close(): Promise<readonly string[]>
}
