const config: AWS = { service: 'x', provider: { name: 'aws' }, resources: { Resources: { B: { Type: 'AWS::S3::Bucket' } } } };
