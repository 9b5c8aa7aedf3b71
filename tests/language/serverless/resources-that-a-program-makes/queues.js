module.exports = { Resources: { Q: { Type: 'AWS::SQS::Queue' } } };
