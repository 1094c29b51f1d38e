/** Entity tags as clients write them: in fields, which may have many, and in documents, which name one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEtag, parseEtags } from '../../src/domain/etags.ts'

test('a field may name many, quoted or not, weak or not', () => {
  assert.deepEqual(parseEtags('"a", W/"b",c , "",, *'), ['a', 'b', 'c', '*'])
  assert.deepEqual(parseEtags(''), [])
})

test('a document names one', () => {
  for (const text of ['"a"', 'a', ' "a" ', 'W/"a"', '"a", "b"']) assert.equal(parseEtag(text), 'a')
  for (const text of ['', '""', ',"a"']) assert.equal(parseEtag(text), '')
})
