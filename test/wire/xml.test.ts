/** The XML reader against hostile and odd input, and the writer against the reader. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { S3Error } from '../../src/model/errors.ts'
import { documentMarkupMax } from '../../src/model/overlay.ts'
import { xmlEntitiesMax } from '../../src/wire/xml-entities.ts'
import {
  xmlDepthMax,
  xmlMarkupMax,
  XmlReader,
  type XmlRules,
  xmlTextCharactersMax,
} from '../../src/wire/xml-read.ts'
import { escapeXml, writeXml, xmlElement } from '../../src/wire/xml-write.ts'

/** A whole document as nested pairs; text where there is no element. */
function readAll(xml: string | Uint8Array, rules?: XmlRules): void {
  const reader = new XmlReader(Buffer.from(xml), rules)
  reader.root()
  reader.skip()
  reader.end()
}

function rootText(xml: string): string {
  const reader = new XmlReader(Buffer.from(xml))
  reader.root()
  const text = reader.text()
  reader.end()
  return text
}

function refused(xml: string | Uint8Array): void {
  assert.throws(
    () => readAll(xml),
    (error) => error instanceof S3Error && error.code === 'MalformedXML',
    String(xml).slice(0, 60),
  )
}

test('well-formed documents are read', () => {
  const fine = [
    '<a></a>',
    '<a/>',
    '<a />',
    '\ufeff<a/>',
    '<?xml version="1.0"?><a/>',
    "<?xml version='1.0' encoding='utf-8' standalone=\"no\" ?>\n<a/>\n",
    '<!-- one --> <!-- two --><a><!--x--><b/><!--y--></a><!-- three -->\n',
    '<a b="1" xmlns="u" xmlns:c="v" c:d=\'2>3\'/>',
    '<a><![CDATA[<b>&]]></a>',
  ]
  for (const xml of fine) readAll(xml)
})

test('E01: document types, entities, encodings', () => {
  refused('<!DOCTYPE a><a/>')
  refused('<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY a "&lol;&lol;">]><a>&a;</a>')
  refused('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')
  refused('<a>&nbsp;</a>')
  refused('<?xml version="1.0" encoding="x"?><a/>')
  refused('<?xml version="1.1"?><a/>')
  refused(Buffer.from('\ufeff<a/>', 'utf16le'))
  refused(Buffer.from('<a/>', 'utf16le'))
  refused(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]))
  refused(' <?xml version="1.0"?><a/>')
  refused('<a><?php x?></a>')
})

test('E02: depth, attributes, unclosed things, characters, roots', () => {
  refused('<a>'.repeat(50_000))
  readAll('<a>'.repeat(xmlDepthMax) + '</a>'.repeat(xmlDepthMax))
  refused('<a>'.repeat(xmlDepthMax + 1) + '</a>'.repeat(xmlDepthMax + 1))
  refused(`<a ${Array.from({ length: 200_000 }, (_, index) => `a${index}=""`).join(' ')}/>`)
  refused(`<a><!--${'x'.repeat(500_000)}</a>`)
  refused(`<a><![CDATA[${'x'.repeat(500_000)}</a>`)
  refused(`<a><?${'x'.repeat(500_000)}</a>`)
  refused(`<${'a'.repeat(500_000)}/>`)
  refused(`<a b="${'x'.repeat(500_000)}`)
  refused('<a>'.repeat(3) + '<!--'.repeat(100_000))
  for (const entity of ['#0', '#xD800', '#x110000', '#1', '#xFFFF', '#', '#x', '#x1g', '', 'amp']) {
    refused(entity === 'amp' ? '<a>&amp</a>' : `<a>&${entity};</a>`)
  }
  refused('<a>\u0001</a>')
  refused('<a/><b/>')
  refused('<a/>junk')
  refused('junk<a/>')
  refused('<a><b></a></b>')
  refused('<a>x/a>')
  refused('<a><b></b>x/a>')
  refused('<aa></a>')
  refused('<a></aa>')
  refused('<a></b>')
  refused('<a')
  refused('<a b=1/>')
  refused('<a b="1"c="2"/>')
  refused('<a b="1" b="2"/>')
  refused('<a b="<"/>')
  refused('<a>]]></a>')
  refused('<a><!-- -- --></a>')
  refused('')
})

test('E02: markup is counted, and ten thousand parts may have more than other documents', () => {
  for (const piece of ['<b/>', '<!---->', '<![CDATA[]]>']) {
    readAll(`<a>${piece.repeat(xmlMarkupMax - 1)}</a>`)
    refused(`<a>${piece.repeat(xmlMarkupMax)}</a>`)
  }
  readAll(`<a>${'<b c=""/>'.repeat(xmlMarkupMax / 2 - 1)}</a>`)
  refused(`<a>${'<b c=""/>'.repeat(xmlMarkupMax / 2)}</a>`)
  const part = `<Part xmlns="u">${'<ChecksumCRC32>AAAAAA==</ChecksumCRC32>'.repeat(4)}</Part>`
  const parts = `<CompleteMultipartUpload>${part.repeat(10_000)}</CompleteMultipartUpload>`
  refused(parts)
  readAll(parts, { markupMax: documentMarkupMax['CompleteMultipartUpload'] })
})

test('E01: entities are counted, and a thousand keys that are nothing else have fewer', () => {
  const some = `<b>${'&lt;'.repeat(10_000)}</b>`
  readAll(`<a>${some.repeat(xmlEntitiesMax / 10_000)}</a>`)
  refused(`<a>${some.repeat(xmlEntitiesMax / 10_000)}<b c="&lt;"/></a>`)
  refused(`<a>${'&lt;'.repeat(60_000)}</a>`)
  const key = `<Object><Key>${'&quot;'.repeat(1024)}</Key></Object>`
  readAll(`<Delete>${key.repeat(1000)}</Delete>`)
})

test('entities between other text, however long, become the characters that they name', () => {
  const character = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })
  // oxlint-disable-next-line no-control-regex -- what XML has no way to say
  const lawful = character.filter((one) => !/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(one))
  const piece = fc.tuple(lawful, fc.constantFrom(1, 3, 4094, 4095), fc.nat({ max: 3 }))
  const written = [
    (text: string) => escapeXml(text).replaceAll('\r', '&#13;'),
    (text: string) => `&#${text.codePointAt(0) ?? 0};`,
    (text: string) => `&#x000${text.codePointAt(0)?.toString(16) ?? ''};`,
    (text: string) => `&#x${text.codePointAt(0)?.toString(16).toUpperCase() ?? ''};`,
  ]
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 2 }), (pieces) => {
      const plain = pieces.map(([text, count]) => text.repeat(count)).join('')
      const xml = pieces.map(([text, count, how]) => written[how]?.(text).repeat(count)).join('')
      assert.equal(rootText(`<a>${xml}</a>`), plain)
    }),
    { numRuns: 100 },
  )
})

test('the text of an element that somebody reads has an end', () => {
  const most = 'x'.repeat(xmlTextCharactersMax)
  assert.equal(rootText(`<a>${most}</a>`), most)
  assert.equal(rootText(`<a>${'&quot;'.repeat(xmlTextCharactersMax)}</a>`).length, most.length)
  for (const text of [`${most}x`, `${most}<!-- -->x`, `<![CDATA[${most}]]>x`]) {
    assert.throws(() => rootText(`<a>${text}</a>`), S3Error)
  }
})

test('entities and line ends', () => {
  assert.equal(rootText('<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;&#13;</a>'), `<>&"'A😀\r`)
  assert.equal(rootText('<a>x\r\ny\rz</a>'), 'x\ny\nz')
  assert.equal(rootText('<a>\r\n\n\r\r\n\r</a>'), '\n\n\n\n\n')
  assert.equal(rootText('<a><![CDATA[]]]]></a>'), ']]')
  assert.equal(rootText('<a> b <!-- c -->d<![CDATA[&amp;]]> </a>'), ' b d&amp; ')
})

test('what is written is read back, whatever the text', () => {
  const text = fc
    .string({ unit: 'binary' })
    // oxlint-disable-next-line no-control-regex -- what XML has no way to say
    .filter((value) => !/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(value))
  fc.assert(
    fc.property(text, (value) => {
      assert.equal(rootText(xmlElement('a', value)), value)
    }),
    { numRuns: 2000 },
  )
})

test('no bytes make the reader do anything but read or refuse', () => {
  const marks =
    '< > / <a> </a> <a <b/> <!-- --> <![CDATA[ ]]> & ; &# <?xml ?> " \' = x <!DOCTYPE &amp; é'
  const piece = fc.constantFrom(...marks.split(' '), ' ', '\u0000', '\ufeff')
  const document = fc.oneof(
    fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join(''))),
    fc.uint8Array({ maxLength: 200 }),
  )
  fc.assert(
    fc.property(document, (bytes) => {
      try {
        readAll(bytes)
      } catch (error) {
        assert.ok(error instanceof S3Error && error.code === 'MalformedXML', String(error))
      }
    }),
    { numRuns: 20_000 },
  )
})

test('the time of the processor is linear in the length', () => {
  const shapes: ReadonlyArray<(count: number) => string> = [
    (count) => `<a>${'<b>x</b>'.repeat(count)}</a>`,
    (count) => `<a>${'&amp;'.repeat(count)}</a>`,
    (count) => `<a>${'<!---->'.repeat(count)}</a>`,
    (count) => `<a>${'<![CDATA[]]>'.repeat(count)}</a>`,
    (count) => `<a>${' '.repeat(count)}</a>`,
    (count) => `<a>${'<'.repeat(count)}`,
    (count) => `<a>${'&'.repeat(count)}</a>`,
    (count) => `<a>${']'.repeat(count)}</a>`,
    (count) => `${'<!---->'.repeat(count)}<a/>`,
  ]
  for (const shape of shapes) {
    const seconds = [20_000, 200_000].map((count) => {
      const bytes = Buffer.from(shape(count))
      const started = process.cpuUsage()
      try {
        readAll(bytes)
      } catch {
        // Refusing takes time as well.
      }
      const { user, system } = process.cpuUsage(started)
      return (user + system) / 1000
    })
    const [few = 0, many = 0] = seconds
    assert.ok(many < 40 * few + 100, `${shape(3)}: ${few} ms, ten times the length ${many} ms`)
  }
})

test('the plain writer', () => {
  const bytes = writeXml('Error', [
    ['Code', 'A&B'],
    ['Size', 5],
    ['Empty', ''],
  ])
  assert.equal(
    Buffer.from(bytes).toString(),
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>A&amp;B</Code><Size>5</Size><Empty></Empty></Error>',
  )
  assert.equal(
    xmlElement('a', [xmlElement('b', 'c'), xmlElement('d', '')]),
    '<a><b>c</b><d></d></a>',
  )
  assert.equal(escapeXml('plain'), 'plain')
})
