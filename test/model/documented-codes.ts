/**
 * Every code of S3's error tables, with Yandex's and IBM's own, by HTTP status: kept apart from the catalogue, so that none can
 * fall out of it unseen. Where the vendors differ it is AWS's status. The codes of S3 Select are not among them.
 */
export const documentedCodes: Readonly<Record<string, string>> = {
  301: `
    PermanentRedirect PermanentRedirectControlError
  `,
  304: `
    NotModified
  `,
  307: `
    Redirect TemporaryRedirect
  `,
  400: `
    AccessControlListNotSupported AmbiguousGrantByEmailAddress AuthorizationHeaderMalformed
    AuthorizationQueryParametersError BadDigest BadRequest BucketHasAccessPointsAttached BucketMaxSizeExceeded
    CloudTotalAliveSizeQuotaExceed ConnectionClosedByRequester CredentialsNotSupported DeviceNotActiveError
    EncryptionTypeMismatch EndpointNotFound EntityTooLarge EntityTooSmall ExpiredToken IdempotencyParameterMismatch
    IdMismatch IllegalLocationConstraintException IllegalVersioningConfigurationException IncompleteBody
    IncorrectEndpoint IncorrectNumberOfFilesInPostRequest InlineDataTooLarge InvalidAccessPoint
    InvalidAccessPointAliasError InvalidAddressingHeader InvalidArgument
    InvalidBucketAclWithBlockPublicAccessError InvalidBucketAclWithObjectOwnership
    InvalidBucketName InvalidBucketOwnerAWSAccountID InvalidDigest InvalidEncryptionAlgorithmError InvalidHostHeader
    InvalidHttpMethod InvalidLocationConstraint InvalidPart InvalidPartOrder InvalidPolicyDocument
    InvalidRedirectLocation InvalidRequest InvalidS3DestinationBucket InvalidSessionException InvalidSignature
    InvalidSOAPRequest InvalidStorageClass InvalidTag InvalidTargetBucketForLogging InvalidToken InvalidURI
    InvalidWriteOffset KeyTooLong KeyTooLongError KMS.DisabledException KMS.InvalidKeyUsageException
    KMS.KMSInvalidStateException KMS.NotFoundException MalformedACLError MalformedPatchAppendPartSize MalformedPolicy
    MalformedPOSTRequest MalformedTrailerError MalformedXML MaxMessageLengthExceeded MaxPostPreDataLengthExceededError
    MetadataTooLarge MissingAttachment MissingContentRange MissingRequestBodyError MissingSecurityElement
    MissingSecurityHeader NoLoggingStatusForKey NotDeviceOwnerError RequestHeaderSectionTooLarge RequestTimeout
    RequestTorrentOfBucketError ResponseInterrupted TagPolicyException TokenCodeInvalidError TokenRefreshRequired
    TooManyAccessPoints TooManyBuckets TooManyMultiRegionAccessPointregionsError TooManyMultiRegionAccessPoints
    TooManyParts TooManyTags UnexpectedContent UnresolvableGrantByEmailAddress UnsupportedArgument
    UnsupportedSignature UserKeyMustBeSpecified XAmzContentSHA256Mismatch
  `,
  403: `
    AccessDenied AccessForbidden AccountProblem AllAccessDisabled CrossLocationLoggingProhibited
    CrossLocationLoggingProhibitted InvalidAccessKeyId InvalidChunkSizeError InvalidObjectState InvalidPayer
    InvalidRegion InvalidSecurity MissingAuthenticationToken NotSignedUp ObjectAlreadyInActiveTierError
    ObjectNotInActiveTierError RequestTimeTooSkewed SignatureDoesNotMatch UnauthorizedAccessError UnexpectedIPError
  `,
  404: `
    MetadataConfigurationNotFound NoSuchAccessPoint NoSuchAnnotation NoSuchAsyncRequest NoSuchBucket NoSuchBucketPolicy NoSuchConfiguration
    NoSuchCORSConfiguration NoSuchKey NoSuchLifecycleConfiguration NoSuchMultiRegionAccessPoint
    NoSuchObjectLockConfiguration NoSuchPublicAccessBlockConfiguration NoSuchResource NoSuchTagSet NoSuchUpload
    NoSuchVersion NoSuchWebsiteConfiguration NoTransformationDefined ObjectLockConfigurationNotFoundError
    OwnershipControlsNotFoundError ReplicationConfigurationNotFoundError
    ServerSideEncryptionConfigurationNotFoundError
  `,
  405: `
    MethodNotAllowed
  `,
  409: `
    AccessPointAlreadyOwnedByYou BucketAlreadyExists BucketAlreadyOwnedByYou BucketNotEmpty ClientTokenConflict
    ConcurrentUpdatesPatchConflict ConditionalRequestConflict InvalidBucketState ObjectVersionPatchConflict
    OperationAborted RestoreAlreadyInProgress
  `,
  411: `
    MissingContentLength
  `,
  412: `
    PreconditionFailed RequestIsNotMultiPartContent
  `,
  415: `
    UnsupportedMediaType
  `,
  416: `
    InvalidPartNumber InvalidRange
  `,
  429: `
    TooManyRequests
  `,
  500: `
    InternalError
  `,
  501: `
    NotImplemented
  `,
  503: `
    ServiceUnavailable SlowDown
  `,
}
