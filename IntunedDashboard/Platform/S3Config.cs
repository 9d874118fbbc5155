using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace IntunedDashboard.Platform;

/// <summary>How stores that speak S3 are called, Amazon's and others.</summary>
public static class S3Config
{
    /// <param name="endpoint">Null for Amazon's own.</param>
    /// <param name="forcePathStyle">Whether the bucket is part of the path; null: with an endpoint of one's own.</param>
    public static AmazonS3Config Of(string? endpoint, string region, bool? forcePathStyle)
    {
        var config = new AmazonS3Config
        {
            DisableLogging = true,
            IgnoreConfiguredEndpointUrls = true,
            // Not every compatible store knows the newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            ForcePathStyle = forcePathStyle ?? !string.IsNullOrEmpty(endpoint),
        };
        if (string.IsNullOrEmpty(endpoint))
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        else
        {
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = region;
        }

        return config;
    }
}
