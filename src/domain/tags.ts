/** Tags: limits and characters of S3's tagging rules, and the form in which the `x-amz-tagging` header carries them. */
import { S3Error } from '../model/errors.ts'

export type Tag = readonly [key: string, value: string]

/** Tags of one object (S3 user guide, "Categorizing your storage using tags"). */
export const objectTagsMax = 10
/** UTF-16 units, as S3 counts them. */
const tagKeyLengthMax = 128
const tagValueLengthMax = 256
const characters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** Tags of a header such as `a=1&b=two%20words`; nothing between two `&` is no tag, as in S3. Throws InvalidArgument for its form, InvalidTag and BadRequest for what it says. */
export function parseTagging(header: string | undefined): readonly Tag[] {
  if (header === undefined || header === '') return []
  const pairs = header.split('&').filter((pair) => pair !== '')
  const tags = pairs.map((pair) => parsePair(pair, header))
  if (new Set(tags.map(([key]) => key)).size < tags.length) throw malformed(header)
  checkTags(tags)
  return tags.toSorted(byKey)
}

/** Those of a document keep its order; a header has none (localstack recorded AWS's as such), and ceph/s3-tests looks for this one. */
function byKey([one]: Tag, [other]: Tag): number {
  return one < other ? -1 : 1
}

/** Throws InvalidTag for a key or value that S3 does not take, BadRequest for more than ten. */
export function checkTags(tags: readonly Tag[]): void {
  if (tags.length > objectTagsMax)
    throw new S3Error('BadRequest', {}, 'Object tags cannot be greater than 10')
  for (const tag of tags) checkTag(tag, 'Your TagKey cannot be prefixed with aws:')
}

/** Throws InvalidTag; `reserved` is what S3 says of a key that belongs to AWS. */
export function checkTag([key, value]: Tag, reserved: string): void {
  if (key === '' || key.length > tagKeyLengthMax || !characters.test(key)) {
    throw new S3Error('InvalidTag', { TagKey: key }, 'The TagKey you have provided is invalid')
  }
  if (key.startsWith('aws:')) throw new S3Error('InvalidTag', { TagKey: key }, reserved)
  if (value.length > tagValueLengthMax || !characters.test(value)) {
    throw new S3Error(
      'InvalidTag',
      { TagKey: key, TagValue: value },
      'The TagValue you have provided is invalid',
    )
  }
}

function parsePair(pair: string, header: string): Tag {
  const at = pair.indexOf('=')
  const [key, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
  const tag = [decode(key, header), decode(value, header)] as const
  if (tag[0] === '') throw malformed(header)
  return tag
}

function decode(text: string, header: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformed(header)
  }
}

function malformed(header: string): S3Error {
  const sentence =
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates."
  return new S3Error(
    'InvalidArgument',
    { ArgumentName: 'x-amz-tagging', ArgumentValue: header },
    sentence,
  )
}
