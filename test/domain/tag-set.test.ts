/** Tags as documents carry them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketTags, objectTags, tagSet } from '../../src/domain/tag-set.ts'
import type { Tag } from '../../src/model/types.gen.ts'
import { refusal } from '../operations/memory-service.ts'

const tag = (Key: string, Value = 'v'): Tag => ({ Key, Value })
const many = (count: number): Tag[] => Array.from({ length: count }, (_, n) => tag(`k${n}`))

test('an object keeps its tags in order, at most ten', () => {
  const tags = [tag('b', ''), tag('a', 'ü +-=._:/@')]
  assert.deepEqual(tagSet(objectTags(tags)), tags)
  assert.equal(objectTags(many(10)).length, 10)
  assert.throws(() => objectTags(many(11)), refusal('BadRequest'))
})

test('a bucket keeps fifty', () => {
  assert.equal(bucketTags(many(50)).length, 50)
  assert.throws(() => bucketTags(many(51)), refusal('TooManyTags'))
  assert.deepEqual(bucketTags([]), [])
})

test('keys: once, not AWS’s own, and of letters', () => {
  for (const read of [objectTags, bucketTags]) {
    const refuses = (tags: Tag[], detail: Record<string, string>): void =>
      assert.throws(() => read(tags), refusal('InvalidTag', detail))
    refuses([tag('a'), tag('b'), tag('a')], { TagKey: 'a' })
    refuses([tag('aws:a')], { TagKey: 'aws:a' })
    refuses([tag('')], { TagKey: '' })
    refuses([tag('a'.repeat(129))], { TagKey: 'a'.repeat(129) })
    refuses([tag('a', 'v?')], { TagKey: 'a', TagValue: 'v?' })
    refuses([tag('a', 'v'.repeat(257))], { TagKey: 'a', TagValue: 'v'.repeat(257) })
    assert.equal(read([tag('a'.repeat(128), 'v'.repeat(256))]).length, 1)
  }
})

test('each says in its own words whose aws: is', () => {
  assert.throws(() => objectTags([tag('aws:a')]), /cannot be prefixed with aws:/)
  assert.throws(() => bucketTags([tag('aws:a')]), /System tags cannot be added/)
})
