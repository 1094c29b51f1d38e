/** Entity tags as clients write them: quoted or not, alone or in a list, weak where RFC 9110 lets them be. */

/** An ETag as it goes out. */
export function quoted(etag: string): string {
  return `"${etag}"`
}

/** The tags that an If-Match or If-None-Match field names, without quotes; '*' stands for any. */
export function parseEtags(field: string): readonly string[] {
  // S3's own tags are hex digits and a dash, so no comma ever stands inside one that could match.
  return field
    .split(',')
    .map((tag) => unquoted(tag.trim()))
    .filter((tag) => tag !== '')
}

/** The one that a document names, without quotes. */
export function parseEtag(text: string): string {
  const comma = text.indexOf(',')
  return unquoted((comma < 0 ? text : text.slice(0, comma)).trim())
}

function unquoted(tag: string): string {
  const strong = tag.startsWith('W/') ? tag.slice(2) : tag
  return strong.length >= 2 && strong.startsWith('"') && strong.endsWith('"')
    ? strong.slice(1, -1)
    : strong
}

export function matches(tags: readonly string[], etag: string): boolean {
  return tags.includes('*') || tags.includes(etag)
}
