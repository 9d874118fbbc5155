using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Platform;

/// <summary><c>Artifacts:S3:*</c>: the bucket that every node reaches.</summary>
public sealed class S3ArtifactOptions
{
    public const string Section = "Artifacts:S3";

    /// <summary>Null for Amazon's own.</summary>
    public string? Endpoint { get; set; }

    public string Region { get; set; } = "us-east-1";

    public string Bucket { get; set; } = string.Empty;

    public string AccessKey { get; set; } = string.Empty;

    public string SecretKey { get; set; } = string.Empty;

    /// <summary>Whether the bucket is part of the path rather than of the host's name; null: with an endpoint of one's own.</summary>
    public bool? ForcePathStyle { get; set; }
}

/// <summary>Artifacts in a bucket of an S3-compatible store, each an object under its key. Safe for concurrent use.</summary>
public sealed class S3ArtifactStore : IArtifactStore, IDisposable
{
    private readonly S3ArtifactOptions _options;
    private readonly AmazonS3Client _client;

    public S3ArtifactStore(IOptions<S3ArtifactOptions> options)
    {
        _options = options.Value;
        var config = S3Config.Of(_options.Endpoint, _options.Region, _options.ForcePathStyle);
        _client = new AmazonS3Client(new BasicAWSCredentials(_options.AccessKey, _options.SecretKey), config);
    }

    public bool IsRemote => true;

    public async Task SaveAsync(string key, Stream content, CancellationToken cancellationToken) => await _client.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = _options.Bucket,
            Key = key,
            InputStream = content,
            AutoCloseStream = false,
            // Not every compatible store understands content that is sent in signed pieces.
            UseChunkEncoding = false,
        },
        cancellationToken);

    public async Task<bool> ExistsAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await _client.GetObjectMetadataAsync(_options.Bucket, key, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    public async Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            using var found = await _client.GetObjectAsync(_options.Bucket, key, cancellationToken);

            // Readers seek, for example to serve a part of a trace, and an answer of the store cannot.
            var copy = NewCopy();
            try
            {
                await found.ResponseStream.CopyToAsync(copy, cancellationToken);
                copy.Position = 0;
                return copy;
            }
            catch
            {
                await copy.DisposeAsync();
                throw;
            }
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound && missing.ErrorCode != "NoSuchBucket")
        {
            return null;
        }
    }

    public async Task DeleteAsync(string prefix, CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = $"{prefix.TrimEnd('/')}/" };
        ListObjectsV2Response page;
        do
        {
            page = await _client.ListObjectsV2Async(request, cancellationToken);
            if (page.S3Objects is { Count: > 0 } objects)
            {
                await _client.DeleteObjectsAsync(
                    new DeleteObjectsRequest
                    {
                        BucketName = _options.Bucket,
                        Objects = objects.ConvertAll(o => new KeyVersion { Key = o.Key }),
                        Quiet = true,
                    },
                    cancellationToken);
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _options.Bucket, MaxKeys = 1 }, cancellationToken);
            return null;
        }
        catch (AmazonS3Exception refused)
        {
            return $"The store refuses the bucket {_options.Bucket} ({refused.ErrorCode}).";
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or AmazonServiceException or AmazonClientException)
        {
            return "The store of artifacts does not answer.";
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>In the system's temporary folder, for nobody else on this machine; gone when it is closed.</summary>
    private static FileStream NewCopy()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path.Combine(Path.GetTempPath(), Ids.NewRunId()), options);
    }
}
