namespace IntunedDashboard.Identity;

internal static partial class IdentityLog
{
    [LoggerMessage(1800, LogLevel.Information, "The first admin account was created ({UserId}).")]
    public static partial void AdminCreated(this ILogger logger, string userId);

    [LoggerMessage(1801, LogLevel.Information, "User {UserId} signed in.")]
    public static partial void SignedIn(this ILogger logger, string userId);

    [LoggerMessage(1802, LogLevel.Warning, "A sign-in from {Address} was refused.")]
    public static partial void SignInRefused(this ILogger logger, string address);

    [LoggerMessage(1803, LogLevel.Warning, "User {UserId} is locked out until {Until:u} after repeated wrong passwords.")]
    public static partial void LockedOut(this ILogger logger, string userId, DateTimeOffset until);

    [LoggerMessage(1804, LogLevel.Information, "API key {KeyId} with role {Role} was created by {ActorId}.")]
    public static partial void ApiKeyCreated(this ILogger logger, Guid keyId, Role role, string actorId);

    [LoggerMessage(1805, LogLevel.Information, "API key {KeyId} was revoked by {ActorId}.")]
    public static partial void ApiKeyRevoked(this ILogger logger, Guid keyId, string actorId);

    [LoggerMessage(1806, LogLevel.Information, "User {UserId} changed the password.")]
    public static partial void PasswordChanged(this ILogger logger, string userId);

    [LoggerMessage(1807, LogLevel.Information, "User {UserId} with role {Role} was added by {ActorId}.")]
    public static partial void UserAdded(this ILogger logger, string userId, Role role, string actorId);

    [LoggerMessage(1808, LogLevel.Information, "User {UserId} has the role {Role} now, changed by {ActorId}.")]
    public static partial void UserRoleChanged(this ILogger logger, string userId, Role role, string actorId);

    [LoggerMessage(1809, LogLevel.Information, "User {UserId} was disabled ({IsDisabled}) by {ActorId}.")]
    public static partial void UserDisabled(this ILogger logger, string userId, bool isDisabled, string actorId);

    [LoggerMessage(1810, LogLevel.Information, "The password of user {UserId} was reset by {ActorId}.")]
    public static partial void UserPasswordReset(this ILogger logger, string userId, string actorId);

    [LoggerMessage(1811, LogLevel.Error, "Looking for the first account failed")]
    public static partial void SetupNotRead(this ILogger logger, Exception exception);
}
