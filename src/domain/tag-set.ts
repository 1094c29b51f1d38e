/** Tags as a `Tagging` document carries them, of an object or of a bucket. */
import { S3Error } from '../model/errors.ts'
import type { Tag as TagElement } from '../model/types.gen.ts'
import { checkTag, checkTags, type Tag } from './tags.ts'

/** Tags of one bucket (S3 user guide, "Using cost allocation S3 bucket tags"). */
const bucketTagsMax = 50

/** The tags of an object, as it keeps them. Throws InvalidTag, and BadRequest for more than ten. */
export function objectTags(set: readonly TagElement[]): readonly Tag[] {
  const tags = pairsOf(set)
  checkTags(tags)
  return tags
}

/** The tags of a bucket. Throws InvalidTag, and TooManyTags for more than fifty. */
export function bucketTags(set: readonly TagElement[]): readonly TagElement[] {
  if (set.length > bucketTagsMax) throw new S3Error('TooManyTags')
  for (const tag of pairsOf(set)) checkTag(tag, 'System tags cannot be added/updated by requester')
  return set.map(({ Key, Value }) => ({ Key, Value }))
}

/** A set of tags as a document has it. */
export function tagSet(tags: readonly Tag[]): readonly TagElement[] {
  return tags.map(([Key, Value]) => ({ Key, Value }))
}

function pairsOf(set: readonly TagElement[]): readonly Tag[] {
  const seen = new Set<string>()
  return set.map(({ Key, Value }) => {
    if (seen.has(Key)) throw new S3Error('InvalidTag', { TagKey: Key }, severalTimes)
    seen.add(Key)
    return [Key, Value]
  })
}

const severalTimes = 'Cannot provide multiple Tags with the same key'
