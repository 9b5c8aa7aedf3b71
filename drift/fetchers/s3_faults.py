"""Faults of credentials and endpoints that no bucket is to blame for, told in one line with what to do."""

from __future__ import annotations

from drift.errors import CorsDriftError, CredentialsError, EndpointError

SIGN_IN = "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`"


def from_setup(error: Exception, profile: str | None) -> CorsDriftError | None:
    """The error that stops the run, if the SDK could not find or use any credentials at all; else None."""
    from botocore import exceptions as sdk

    if isinstance(error, sdk.NoCredentialsError):
        return CredentialsError("no AWS credentials were found", advice=SIGN_IN)
    if isinstance(error, sdk.PartialCredentialsError):
        return CredentialsError("the AWS credentials are incomplete", advice=SIGN_IN)
    if isinstance(error, sdk.ProfileNotFound):
        named = f"{profile!r} " if profile else "that AWS_PROFILE names "
        return CredentialsError(
            f"the AWS profile {named}does not exist", advice="`aws configure list-profiles` shows those that do"
        )
    login = f"`aws sso login{f' --profile {profile}' if profile else ''}`"
    if isinstance(error, sdk.SSOError | sdk.TokenRetrievalError | sdk.NoAuthTokenError):
        return CredentialsError("the AWS SSO session is missing or has expired", advice=f"sign in with {login}")
    if _is(error, "LoginError"):
        return CredentialsError("the AWS sign-in session is missing or has expired", advice="sign in with `aws login`")
    if isinstance(error, sdk.CredentialRetrievalError | sdk.UnknownCredentialError) or _is(
        error, "MetadataRetrievalError"
    ):
        return CredentialsError(
            "the AWS credentials could not be fetched",
            advice="check the role, the credential process or the metadata service of the profile",
        )
    if isinstance(error, sdk.ConfigParseError | sdk.ConfigNotFound | sdk.InvalidConfigError):
        return CredentialsError(
            "the AWS configuration files cannot be used", advice="check ~/.aws/config and ~/.aws/credentials"
        )
    return None


def unusable(error: Exception) -> CredentialsError:
    """The SDK cannot make a client for a reason of its own."""
    return CredentialsError(
        f"the AWS configuration cannot be used ({type(error).__name__})",
        advice="check the AWS_ environment variables and ~/.aws/config",
    )


def refused(reason: str) -> CredentialsError:
    """S3 refused the credentials for every bucket."""
    if "clock" in reason:
        return CredentialsError(f"S3 refused every request: {reason}", advice="set the clock of this machine")
    return CredentialsError(f"S3 refused every request: {reason}", advice=f"renew the credentials: {SIGN_IN}")


def unreachable(reason: str, endpoint: str) -> EndpointError:
    """No bucket could be asked for."""
    return EndpointError(
        f"{endpoint}: {reason}",
        advice="check --endpoint-url, --region, the network, and HTTPS_PROXY and AWS_CA_BUNDLE if they are set",
    )


def _is(error: Exception, name: str) -> bool:
    """By name, for classes that older releases of botocore do not have."""
    return any(kind.__name__ == name for kind in type(error).__mro__)
