/** Items of plain text are read in one step: as they are read element by element, refused alike, and counted alike. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { S3Error } from '../../src/model/errors.ts'
import { documentReader } from '../../src/wire/xml-decode.ts'
import { xmlEntitiesMax } from '../../src/wire/xml-entities.ts'
import { plainItem } from '../../src/wire/xml-plain.ts'
import type { XmlRules } from '../../src/wire/xml-read.ts'

const root = 'CompleteMultipartUpload'

/** What is read, or why not. White space in front of the first item makes the reader go element by element. */
function read(items: string, before: '' | ' ', rules?: XmlRules): unknown {
  try {
    const value = documentReader(root, 'CompletedMultipartUpload', rules)
    return value(Buffer.from(`<${root}>${before}${items}</${root}>`))
  } catch (error) {
    assert.ok(error instanceof S3Error)
    return error.code
  }
}

const names = ['PartNumber', 'ETag', 'ChecksumCRC32', 'Other', 'a:ETag']
const texts =
  '1|&quot;a&quot;|&quot;&quot;|&quot;|a&quot;b|&lt;|"a"|>| 2 ||a]b|]]>|<Other/>|&quot;a&lt;&quot;|<![CDATA[1]]>|<!---->7'
const element = fc
  .tuple(fc.constantFrom(...names), fc.constantFrom(...texts.split('|')), fc.constantFrom('', ' '))
  .map(([name, text, space]) => `<${name}${space}>${text}</${name}>`)
const usual = fc
  .tuple(fc.constantFrom('1', '2'), fc.constantFrom('a', '&quot;a&quot;'))
  .map(([number, etag]) => `<PartNumber>${number}</PartNumber><ETag>${etag}</ETag>`)
const content = fc.oneof(
  usual,
  fc.array(element, { maxLength: 4 }).map((some) => some.join('')),
)
const item = fc
  .tuple(fc.constantFrom('Part', 'Part', 'Part', 'Other', 'x:Part', 'Part a="b"'), content)
  .map(([name, inside]) => `<${name}>${inside}</${name.split(' ')[0]}>`)
const items = fc
  .array(fc.oneof({ weight: 9, arbitrary: item }, fc.constantFrom(' ', '<!---->', 'x')), {
    maxLength: 6,
  })
  .map((some) => some.join(''))

test('items are what they are element by element', () => {
  const seen = { read: 0, refused: 0 }
  fc.assert(
    fc.property(items, (some) => {
      const slowly = read(some, ' ')
      if (typeof slowly === 'string') seen.refused += 1
      else seen.read += 1
      assert.deepEqual(read(some, ''), slowly, some)
    }),
    { numRuns: 3000 },
  )
  assert.ok(seen.read > 100 && seen.refused > 100)
})

test('what most clients send is read in one step', () => {
  const quoted = '<Part><ETag>&quot;ab&quot;</ETag><PartNumber>7</PartNumber></Part>'
  assert.deepEqual(plainItem(`<a>${quoted}`, 3, 'Part'), {
    pairs: ['ETag', '"ab"', 'PartNumber', '7'],
    characters: quoted.length,
    entities: 2,
  })
  assert.equal(plainItem(quoted, 0, 'Other'), undefined)
  assert.equal(plainItem(quoted.replace('7', '7'.repeat(5000)), 0, 'Part'), undefined)
})

test('markup and entities are counted alike', () => {
  const part = '<Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag></Part>'
  // Behind them all entities that a document may have, but two.
  const some = `<Other>${'&lt;'.repeat(10_000)}</Other>`
  const rest = some.repeat(xmlEntitiesMax / 10_000).replace('&lt;&lt;', '')
  for (const before of ['', ' '] as const) {
    assert.notEqual(read(part.repeat(5), before, { markupMax: 16 }), 'MalformedXML')
    assert.equal(read(part.repeat(5), before, { markupMax: 15 }), 'MalformedXML')
    assert.equal(typeof read(part + rest, before), 'object')
    assert.equal(read(part + part + rest, before), 'MalformedXML')
  }
})
