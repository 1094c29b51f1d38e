/**
 * Every error of S3 by HTTP status, with the message that goes out when nobody says it better: as AWS was seen to send it
 * where that is known (final dots are AWS's own, present or not), else in the words of its documentation. Yandex's and
 * IBM's own codes stand among them. The codes of S3 Select are left out until SelectObjectContent exists.
 */
export const catalogue = {
  301: {
    PermanentRedirect:
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    PermanentRedirectControlError:
      'The API operation you are attempting to access must be addressed using the specified endpoint. Send all future requests to this endpoint.',
  },
  304: {
    NotModified: 'Not Modified',
  },
  307: {
    Redirect:
      'Temporary redirect. You are being redirected to the bucket while the Domain Name System (DNS) server is being updated.',
    TemporaryRedirect:
      'Please re-send this request to the specified temporary endpoint. Continue to use the original request endpoint for future requests.',
  },
  400: {
    AccessControlListNotSupported: 'The bucket does not allow ACLs.',
    AmbiguousGrantByEmailAddress:
      'The email address that you provided is associated with more than one account.',
    AuthorizationHeaderMalformed: 'The authorization header that you provided is not valid.',
    AuthorizationQueryParametersError:
      'The authorization query parameters that you provided are not valid.',
    BadDigest: 'The Content-MD5 you specified did not match what we received.',
    BadRequest: 'Insufficient information. Origin request header needed.',
    BucketHasAccessPointsAttached:
      'The bucket you tried to delete has access points attached. Delete your access points before deleting your bucket.',
    BucketMaxSizeExceeded: 'The bucket has reached its maximum size.',
    CloudTotalAliveSizeQuotaExceed: 'The quota for the total size of stored objects is exceeded.',
    ConnectionClosedByRequester:
      'Returned to the original caller when an error is encountered while reading the WriteGetObjectResponse body.',
    CredentialsNotSupported: 'This request does not support credentials.',
    DeviceNotActiveError: 'The device is not currently active.',
    EncryptionTypeMismatch: 'The existing object was created with a different encryption type.',
    EndpointNotFound: 'Direct requests to the correct endpoint.',
    EntityTooLarge: 'Your proposed upload exceeds the maximum allowed size',
    EntityTooSmall: 'Your proposed upload is smaller than the minimum allowed size',
    ExpiredToken: 'The provided token has expired.',
    IdempotencyParameterMismatch:
      'Parameters on this idempotent request are inconsistent with parameters used in previous request(s).',
    IdMismatch: 'Document ID does not match the specified configuration ID.',
    IllegalLocationConstraintException:
      'The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.',
    IllegalVersioningConfigurationException: 'The Versioning element must be specified',
    IncompleteBody:
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
    IncorrectEndpoint:
      'The specified bucket exists in another Region. Direct requests to the correct endpoint.',
    IncorrectNumberOfFilesInPostRequest: 'POST requires exactly one file upload per request.',
    InlineDataTooLarge: 'The inline data exceeds the maximum allowed size.',
    InvalidAccessPoint: 'The specified access point name or account is not valid.',
    InvalidAccessPointAliasError: 'The specified access point alias name is not valid.',
    InvalidAddressingHeader: 'You must specify the Anonymous role.',
    InvalidArgument: 'Invalid Argument',
    InvalidBucketAclWithBlockPublicAccessError:
      'Bucket cannot have public ACLs set with BlockPublicAccess enabled',
    InvalidBucketAclWithObjectOwnership:
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting.",
    InvalidBucketName: 'The specified bucket is not valid.',
    InvalidBucketOwnerAWSAccountID:
      'The value of the expected bucket owner parameter must be an AWS Account ID...',
    InvalidDigest: 'The Content-MD5 you specified was invalid.',
    InvalidEncryptionAlgorithmError:
      'The Encryption request you specified is not valid. Supported value: AES256.',
    InvalidHostHeader:
      'The host headers provided in the request used the incorrect style addressing.',
    InvalidHttpMethod: 'The request is made using an unexpected HTTP method.',
    InvalidLocationConstraint: 'The specified location-constraint is not valid',
    InvalidPart:
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    InvalidPartOrder:
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    InvalidPolicyDocument:
      'The content of the form does not meet the conditions specified in the policy document.',
    InvalidRedirectLocation:
      "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
    InvalidRequest: 'Invalid Request',
    InvalidS3DestinationBucket: 'Invalid bucket ARN.',
    InvalidSessionException:
      "Returned if the session doesn't exist anymore because it timed out or expired.",
    InvalidSignature:
      'The request signature that the server calculated does not match the signature that you provided. Check your AWS secret access key and signing method.',
    InvalidSOAPRequest: 'The SOAP request body is not valid.',
    InvalidStorageClass: 'The storage class you specified is not valid',
    InvalidTag: 'The TagKey you have provided is invalid',
    InvalidTargetBucketForLogging: 'The target bucket for logging does not exist',
    InvalidToken: 'The provided token is malformed or otherwise invalid.',
    InvalidURI: "Couldn't parse the specified URI.",
    InvalidWriteOffset:
      'The write offset value that you specified does not match the current object size.',
    KeyTooLong: 'Your key is too long',
    KeyTooLongError: 'Your key is too long',
    'KMS.DisabledException':
      'The request was rejected because the specified KMS key is not enabled.',
    'KMS.InvalidKeyUsageException':
      'The request was rejected because the key usage or the algorithm is incompatible with the operation.',
    'KMS.KMSInvalidStateException':
      'The request was rejected because the state of the specified resource is not valid for this request.',
    'KMS.NotFoundException':
      'The request was rejected because the specified entity or resource could not be found.',
    MalformedACLError:
      'The XML you provided was not well-formed or did not validate against our published schema',
    MalformedPatchAppendPartSize: 'The value of X-Yc-S3-Patch-Append-Part-Size is not valid.',
    MalformedPolicy: "Policies must be valid JSON and the first byte must be '{'",
    MalformedPOSTRequest: 'The body of your POST request is not well-formed multipart/form-data.',
    MalformedTrailerError:
      'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    MalformedXML:
      'The XML you provided was not well-formed or did not validate against our published schema',
    MaxMessageLengthExceeded: 'Your request was too big.',
    MaxPostPreDataLengthExceededError:
      'Your POST request fields preceding the upload file were too large.',
    MetadataTooLarge: 'Your metadata headers exceed the maximum allowed metadata size',
    MissingAttachment: 'A SOAP attachment was expected, but none was found.',
    MissingContentRange: 'You must provide the Content-Range HTTP header.',
    MissingRequestBodyError: 'Request Body is empty',
    MissingSecurityElement: 'The SOAP 1.1 request is missing a security element.',
    MissingSecurityHeader: 'Your request was missing a required header',
    NoLoggingStatusForKey: 'There is no such thing as a logging status subresource for a key.',
    NotDeviceOwnerError:
      'The device that generated the token is not owned by the authenticated user.',
    RequestHeaderSectionTooLarge: 'Your request header section exceeds the maximum allowed size.',
    RequestTimeout:
      'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
    RequestTorrentOfBucketError: 'Requesting the torrent file of a bucket is not permitted.',
    ResponseInterrupted:
      'Returned to the original caller when an error is encountered while reading the WriteGetObjectResponse body.',
    TagPolicyException:
      'The tag policy does not allow the specified value for the following tag key.',
    TokenCodeInvalidError: 'The serial number and/or token code you provided is not valid.',
    TokenRefreshRequired: 'The provided token must be refreshed.',
    TooManyAccessPoints:
      'You have attempted to create more access points than are allowed for an account.',
    TooManyBuckets: 'You have attempted to create more buckets than allowed',
    TooManyMultiRegionAccessPointregionsError:
      'You have attempted to create a Multi-Region Access Point with more Regions than are allowed for an account.',
    TooManyMultiRegionAccessPoints:
      'You have attempted to create more Multi-Region Access Points than are allowed for an account.',
    TooManyParts:
      'You have attempted to add more parts than the maximum of 10000 that are allowed for this object.',
    TooManyTags: 'The number of tags exceeds the limit of 50 tags.',
    UnexpectedContent: 'This request does not support content',
    UnresolvableGrantByEmailAddress:
      'The email address that you provided does not match any account on record.',
    UnsupportedArgument: 'The request contained an unsupported argument.',
    UnsupportedSignature:
      'The provided request is signed with an unsupported STS Token version or the signature version is not supported.',
    UserKeyMustBeSpecified:
      'The bucket POST request must contain the specified field name. If it is specified, check the order of the fields.',
    XAmzContentSHA256Mismatch:
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
  },
  403: {
    AccessDenied: 'Access Denied',
    AccessForbidden:
      "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    AccountProblem:
      'There is a problem with your AWS account that prevents the operation from completing successfully. For further assistance, see Contact Us.',
    AllAccessDisabled:
      'All access to this Amazon S3 resource has been disabled. For further assistance, see Contact Us.',
    CrossLocationLoggingProhibited:
      'Cross-Region logging is not allowed. Buckets in one AWS Region cannot log information to a bucket in another Region.',
    CrossLocationLoggingProhibitted: 'Cross S3 location logging not allowed.',
    InvalidAccessKeyId: 'The AWS Access Key Id you provided does not exist in our records.',
    InvalidChunkSizeError: 'Only the last chunk is allowed to have a size less than 8192 bytes',
    InvalidObjectState: "The operation is not valid for the object's storage class",
    InvalidPayer:
      'All access to this object has been disabled. For further assistance, see Contact Us.',
    InvalidRegion:
      "You've attempted to create a Multi-Region Access Point in a Region that you haven't opted in to.",
    InvalidSecurity: 'The provided security credentials are not valid.',
    MissingAuthenticationToken: 'The request was not signed.',
    NotSignedUp: 'Your account is not signed up for the Amazon S3 service.',
    ObjectAlreadyInActiveTierError: 'This action is not allowed against this storage tier.',
    ObjectNotInActiveTierError: 'The source object of the COPY action is not in the active tier.',
    RequestTimeTooSkewed:
      'The difference between the request time and the current time is too large.',
    SignatureDoesNotMatch:
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    UnauthorizedAccessError:
      "Applicable in China Regions only. Returned when a request is made to a bucket that doesn't have an ICP license. For more information, see ICP Recordal.",
    UnexpectedIPError:
      'Applicable in China Regions only. This request was rejected because the IP was unexpected.',
  },
  404: {
    MetadataConfigurationNotFound: 'The metadata configuration does not exist.',
    NoSuchAccessPoint: 'The specified access point does not exist.',
    NoSuchAnnotation: 'The specified annotation does not exist.',
    NoSuchAsyncRequest: 'The specified request was not found.',
    NoSuchBucket: 'The specified bucket does not exist',
    NoSuchBucketPolicy: 'The bucket policy does not exist',
    NoSuchConfiguration: 'The specified configuration does not exist.',
    NoSuchCORSConfiguration: 'The CORS configuration does not exist',
    NoSuchKey: 'The specified key does not exist.',
    NoSuchLifecycleConfiguration: 'The lifecycle configuration does not exist',
    NoSuchMultiRegionAccessPoint: 'The specified Multi-Region Access Point does not exist.',
    NoSuchObjectLockConfiguration: 'The specified object does not have a ObjectLock configuration',
    NoSuchPublicAccessBlockConfiguration: 'The public access block configuration was not found',
    NoSuchResource: "The specified resource doesn't exist.",
    NoSuchTagSet: 'The TagSet does not exist',
    NoSuchUpload:
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    NoSuchVersion: 'The specified version does not exist.',
    NoSuchWebsiteConfiguration: 'The specified bucket does not have a website configuration',
    NoTransformationDefined: 'No transformation found for this Object Lambda Access Point.',
    ObjectLockConfigurationNotFoundError:
      'Object Lock configuration does not exist for this bucket',
    OwnershipControlsNotFoundError: 'The bucket ownership controls were not found',
    ReplicationConfigurationNotFoundError: 'The replication configuration was not found',
    ServerSideEncryptionConfigurationNotFoundError:
      'The server side encryption configuration was not found',
  },
  405: {
    MethodNotAllowed: 'The specified method is not allowed against this resource.',
  },
  409: {
    AccessPointAlreadyOwnedByYou:
      'An access point with an identical name already exists in your account.',
    BucketAlreadyExists:
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    BucketAlreadyOwnedByYou:
      'Your previous request to create the named bucket succeeded and you already own it.',
    BucketNotEmpty: 'The bucket you tried to delete is not empty',
    ClientTokenConflict:
      'Your Multi-Region Access Point idempotency token was already used for a different request.',
    ConcurrentUpdatesPatchConflict:
      'Conflicting concurrent updates of the object could not be resolved.',
    ConditionalRequestConflict:
      'The conditional request cannot succeed due to a conflicting operation against this resource.',
    InvalidBucketState: 'The request is not valid for the current state of the bucket.',
    ObjectVersionPatchConflict: 'The object was overwritten with a new version during the update.',
    OperationAborted:
      'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    RestoreAlreadyInProgress: 'The object restore is already in progress.',
  },
  411: {
    MissingContentLength: 'You must provide the Content-Length HTTP header.',
  },
  412: {
    PreconditionFailed: 'At least one of the pre-conditions you specified did not hold',
    RequestIsNotMultiPartContent:
      'A bucket POST request must be of the enclosure-type multipart/form-data.',
  },
  415: {
    UnsupportedMediaType: 'The media type of the request is not supported.',
  },
  416: {
    InvalidPartNumber: 'The requested partnumber is not satisfiable',
    InvalidRange: 'The requested range is not satisfiable',
  },
  429: {
    TooManyRequests: 'Please reduce your request rate.',
  },
  500: {
    InternalError: 'We encountered an internal error. Please try again.',
  },
  501: {
    NotImplemented: 'A header you provided implies functionality that is not implemented',
  },
  503: {
    ServiceUnavailable: 'Service is unable to handle request.',
    SlowDown: 'Please reduce your request rate.',
  },
} as const
