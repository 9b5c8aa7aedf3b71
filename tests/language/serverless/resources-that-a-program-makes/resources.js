module.exports = { Resources: { B: { Type: 'AWS::S3::Bucket' } } };
