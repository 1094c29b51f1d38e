/** The rule that secrets, signatures and tokens are compared in constant time (row A11): by `isSame`, never by an operator. */
import { finding, held, heldList } from './source.ts'
import type { Rule, Source, SyntaxNode } from './source.ts'

/** Names of what is proof of something; an id, a name or a date beside it is not. */
const proof =
  /(?:secret|secretAccessKey|signature|password|apiKey|(?:session|access|refresh)Token|bearer|hmac|^mac|^token)$/i

/** A continuation token is no secret and gives no right. */
const noSecret = 'src/domain/page-tokens.ts'

export const constantTime: Rule = {
  name: 'a proof is compared by isSame, not by an operator (A11)',
  check: (source) =>
    source.path.startsWith('src/') && source.path !== noSecret
      ? source.nodes.filter(comparesProof).map((node) => found(source, node))
      : [],
  fault: {
    path: 'src/identity/sample.ts',
    text: '/** x */\nconst a = claim.signature === expected\nconst b = mac.startsWith(given)\n',
  },
}

function found(source: Source, node: SyntaxNode): ReturnType<typeof finding> {
  return finding(source, node.start, source.text.slice(node.start, node.end))
}

function comparesProof(node: SyntaxNode): boolean {
  return byOperator(node) || byMethod(node)
}

/** Whether there is one at all may be asked: `undefined`, '' and a type's name tell nothing of a secret. */
function byOperator(node: SyntaxNode): boolean {
  if (node.type !== 'BinaryExpression' || !/^[!=]==?$/.test(String(node['operator']))) return false
  const sides = [held(node, 'left'), held(node, 'right')]
  return sides.some(isProof) && !sides.some(isPublic)
}

function byMethod(node: SyntaxNode): boolean {
  if (node.type !== 'CallExpression') return false
  const callee = held(node, 'callee')
  const method = held(callee, 'property')?.['name']
  const isComparing = /^(?:equals|startsWith|endsWith|includes|indexOf|localeCompare)$/
  if (typeof method !== 'string' || !isComparing.test(method)) return false
  const [given] = heldList(node, 'arguments')
  return [held(callee, 'object'), given].some(isProof) && !isPublic(given)
}

function isProof(node: SyntaxNode | undefined): boolean {
  const name = node?.['name'] ?? held(node, 'property')?.['name']
  return typeof name === 'string' && proof.test(name)
}

function isPublic(node: SyntaxNode | undefined): boolean {
  return node?.type === 'Literal' || node?.['name'] === 'undefined'
}
