/** The options of the operators' port. */
import type { Option } from './options.ts'

export const adminOptions: readonly Option[] = [
  {
    name: 'admin',
    flag: '--admin',
    env: 'ASHLAR_ADMIN',
    value: 'host:port',
    sentence:
      'a port for operators, with /metrics and paths for monitors; none unless told, and 127.0.0.1:9001 is the usual one',
  },
  {
    name: 'metrics-token-file',
    flag: '--metrics-token-file',
    env: 'ASHLAR_METRICS_TOKEN_FILE',
    value: 'file',
    sentence:
      'file of the bearer token that /metrics asks for; needed where --admin is reached from other machines',
  },
]
